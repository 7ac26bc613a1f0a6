"""`python -m [[ package ]]` serves the application."""

import uvicorn

from [[ package ]].settings import Settings


def main() -> None:
    server = Settings().server
    uvicorn.run(
        "[[ package ]].main:create_app",
        factory=True,
        host=server.host,
        port=server.port,
        # Without it, one endless stream would keep the process from ever stopping.
        timeout_graceful_shutdown=server.graceful_shutdown_seconds,
        server_header=False,
    )


if __name__ == "__main__":
    main()
