"""`python -m botyard`."""


def main() -> None:
    """Run the command line."""
    from botyard.apps.cli.main import run  # typer loads only when the command line runs

    run()


if __name__ == "__main__":
    main()
