"""`python -m creatoraudit`."""

from creatoraudit.cli import main

if __name__ == "__main__":
    main()
