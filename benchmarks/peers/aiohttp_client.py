# SPDX-License-Identifier: MIT
"""aiohttp as a peer of http_client_load, with the same options."""

import argparse
import asyncio

import aiohttp

parser = argparse.ArgumentParser()
parser.add_argument("--url", required=True)
parser.add_argument("--requests", type=int, default=1)
parser.add_argument("--concurrency", type=int, default=1)
parser.add_argument("--stream", action="store_true")
asked = parser.parse_args()
left = asked.requests


async def ask(session: aiohttp.ClientSession) -> None:
    global left
    while left > 0:
        left -= 1
        async with session.get(asked.url) as answer:
            answer.raise_for_status()
            if asked.stream:
                async for _ in answer.content.iter_any():
                    pass
            else:
                await answer.read()


async def ask_all() -> None:
    connector = aiohttp.TCPConnector(limit=asked.concurrency)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        await asyncio.gather(*(ask(session) for _ in range(asked.concurrency)))


asyncio.run(ask_all())
