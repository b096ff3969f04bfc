"""What the AWS side costs: the bill computed from the templates, the fleet, measured times and dated prices."""

from botyard.apps.aws.cost.command import cost

__all__ = ["cost"]
