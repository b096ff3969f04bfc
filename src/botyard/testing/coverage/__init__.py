"""The specs of real descriptions: what each names, and whether it trades on real bars."""
