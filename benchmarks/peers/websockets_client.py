# SPDX-License-Identifier: MIT
"""Python's websockets, as ws/echo_client.cpp does it."""

import argparse
import asyncio
import json
import time

import websockets


async def talk(connection, payload: bytes, left: list) -> None:
    while left[0] > 0:
        left[0] -= 1
        await connection.send(payload)
        if len(await connection.recv()) != len(payload):
            raise RuntimeError("another message came back")
    await connection.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "connections", "size", "messages"):
        parser.add_argument(f"--{name}", type=int, required=True)
    chosen = parser.parse_args()
    url = f"ws://127.0.0.1:{chosen.port}/"
    opened = [await websockets.connect(url, compression=None) for _ in range(chosen.connections)]
    left = [chosen.messages]
    begin = time.monotonic()
    await asyncio.gather(*(talk(each, b"x" * chosen.size, left) for each in opened))
    print(json.dumps({"messages": chosen.messages, "seconds": time.monotonic() - begin}))


asyncio.run(main())
