"""What keeps a fleet well while nobody looks: its health, the watchdog, the log, backups."""
