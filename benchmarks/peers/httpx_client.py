# SPDX-License-Identifier: MIT
"""httpx as a peer of http_client_load, with the same options; one request after the other."""

import argparse
import ssl

import httpx

parser = argparse.ArgumentParser()
parser.add_argument("--url", required=True)
parser.add_argument("--requests", type=int, default=1)
parser.add_argument("--stream", action="store_true")
parser.add_argument("--fresh", action="store_true")
parser.add_argument("--ca")
asked = parser.parse_args()

limits = httpx.Limits(max_keepalive_connections=0) if asked.fresh else httpx.Limits()
verify = ssl.create_default_context(cafile=asked.ca) if asked.ca else True
with httpx.Client(limits=limits, verify=verify) as client:
    for _ in range(asked.requests):
        if asked.stream:
            with client.stream("GET", asked.url) as answer:
                for _ in answer.iter_bytes():
                    pass
        else:
            client.get(asked.url).raise_for_status()
