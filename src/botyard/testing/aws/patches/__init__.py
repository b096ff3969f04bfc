"""What moto lacks for our path, one file per concern.

Each file has `missing`, whether moto as it is still lacks it, and `apply`. A test holds every `missing` true, so that an
upgrade of moto says which file can go. `python -m botyard.testing.aws.patches` prints them all, on moto as it is.
"""
