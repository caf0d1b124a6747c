"""`python -m balance_env` is the command `balance-env`."""

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
