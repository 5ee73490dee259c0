"""Commands of `python -m gateway`, one file each with `main(argv)`."""
