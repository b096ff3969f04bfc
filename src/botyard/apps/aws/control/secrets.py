"""Secrets of an environment, as SecureString parameters: CloudFormation cannot make those."""

import secrets

from botyard.apps.aws import place


def read(environment: str, name: str) -> str:
    """Return a secret, "" where there is none."""
    where = place.parameter(environment, name)
    try:
        return str(place.client("ssm").get_parameter(Name=where, WithDecryption=True)["Parameter"]["Value"])
    except Exception as e:
        if place.code_of(e) == "ParameterNotFound":
            return ""
        raise place.translated(e, f"reading {where}") from e


def keep(environment: str, name: str, value: str) -> bool:
    """Write a secret down; False when it is there as it is."""
    if read(environment, name) == value:
        return False
    where = place.parameter(environment, name)
    try:
        place.client("ssm").put_parameter(Name=where, Value=value, Type="SecureString", Overwrite=True)
    except Exception as e:
        raise place.translated(e, f"writing {where}") from e
    return True


def made(environment: str, name: str) -> str:
    """Return a secret that nobody has to know, made at the first time."""
    value = read(environment, name)
    if not value:
        value = secrets.token_urlsafe(32)
        keep(environment, name, value)
    return value


def forget_all(environment: str) -> int:
    """Delete every secret of an environment; return how many."""
    ssm = place.client("ssm")
    try:
        pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=f"/botyard/{environment}/", Recursive=True)
        names = [each["Name"] for page in pages for each in page["Parameters"]]
        for start in range(0, len(names), 10):
            ssm.delete_parameters(Names=names[start : start + 10])
    except Exception as e:
        raise place.translated(e, f"deleting the secrets of {environment}") from e
    return len(names)
