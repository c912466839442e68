# SPDX-License-Identifier: BSD-2-Clause
"""many_clients.py PORT CLIENTS BYTES: so many clients, all connected at once before
the first speaks; each sends its bytes and reads them back.
"""
import asyncio
import resource
import sys

port, clients, size = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (clients + 100, max(clients + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))


async def talk(reader, writer):
    writer.write(b"x" * size)
    writer.write_eof()
    assert len(await reader.read()) == size
    writer.close()
    await writer.wait_closed()


async def main():
    streams = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(clients)))
    await asyncio.gather(*(talk(*stream) for stream in streams))


asyncio.run(main())
