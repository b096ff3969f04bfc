"""The emulator's process: `python -m botyard.testing.aws.server PORT`."""

import logging
import os
import sys

_APPLICATION = "DomainDispatcherApplication"  # as moto.server calls what it serves


def main(port: int) -> None:
    """Serve on loopback until the process ends."""
    os.environ.update(
        MOTO_PORT=str(port),
        AWS_ENDPOINT_URL=f"http://localhost:{port}",
        AWS_ACCESS_KEY_ID="testing",
        AWS_SECRET_ACCESS_KEY="testing",  # noqa: S106  (the emulator asks for none)
    )
    import moto.server
    from moto.core.config import default_user_config
    from moto.moto_api import state_manager
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    from botyard.testing.aws import control
    from botyard.testing.aws.patches.all import apply_all

    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 1})
    apply_all()
    setattr(moto.server, _APPLICATION, lambda create: control.in_front_of(DomainDispatcherApplication(create)))
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto.server.main(["-H", "127.0.0.1", "-p", str(port)])


if __name__ == "__main__":
    main(int(sys.argv[1]))
