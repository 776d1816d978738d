"""Clients that write all the time, try again as docs/rest.md says, and remember what was acknowledged."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx

from waiting import until

RECOVERY_SECONDS = 2.0
"""How soon clients are served again after whatever was wrong is over."""

PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 20.0
DOCUMENTED = {409: "CONFLICT", 503: "SERVICE_UNAVAILABLE"}
"""What may answer a request instead of its result while something is wrong; each has a Retry-After."""


class Writer:
    """One client: it creates accounts, and counts in one that it has."""

    def __init__(self, url: str, key: str, name: str) -> None:
        self.client = httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE_SECONDS
        )
        self.name = name
        self.created: dict[str, str] = {}
        """The id of each account that was acknowledged, by its username."""
        self.counted = 0
        self.refusals: Counter[str] = Counter()
        self.is_ending = False

    async def run(self) -> None:
        """Writes until it is told to end, and has all its answers then."""
        number = 0
        first = await self._create(number)
        while not self.is_ending:
            number += 1
            await self._create(number)
            answer = await self._answered(
                lambda: self.client.patch(f"/v2/accounts/{first}", json={"metadata": {"count": number}})  # noqa: B023
            )
            assert answer.status_code == 200, answer.text
            self.counted = number
            read = await self._answered(lambda: self.client.get(f"/v2/accounts/{first}"))
            assert read.status_code == 200, read.text
            assert read.json()["data"]["metadata"]["count"] == number, "what was acknowledged is read"

    async def _create(self, number: int) -> str:
        username = f"{self.name}.{number}"
        answer = await self._answered(
            lambda: self.client.post(
                "/v2/accounts",
                json={"platform": "tiktok", "username": username},
                headers={"Idempotency-Key": username},
            )
        )
        assert answer.status_code == 201, answer.text
        self.created[username] = str(answer.json()["data"]["id"])
        return self.created[username]

    async def _answered(self, send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        while True:
            try:
                answer = await send()
            except httpx.TransportError as error:
                self.refusals[type(error).__name__] += 1
            else:
                if answer.status_code not in DOCUMENTED:
                    return answer
                problem = answer.json()
                assert problem["code"] == DOCUMENTED[answer.status_code], problem
                assert int(answer.headers["Retry-After"]) >= 1
                self.refusals[problem["code"]] += 1
            await asyncio.sleep(PAUSE_SECONDS)


class Crowd:
    """Several writers at once; what goes wrong in one of them is raised by whatever the crowd is asked for next."""

    def __init__(self, url: str, key: str, size: int) -> None:
        self._key = key
        self._writers = [Writer(url, key, f"writer{number}") for number in range(size)]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> Self:
        self._tasks = [asyncio.create_task(writer.run()) for writer in self._writers]
        return self

    @property
    def refusals(self) -> Counter[str]:
        """How often a request got no result, by the problem's code or the way the connection broke."""
        self._raise()
        return sum((writer.refusals for writer in self._writers), Counter[str]())

    async def progress(self, seconds: float = RECOVERY_SECONDS) -> None:
        """Returns when every writer has got further; TimeoutError when that takes too long."""
        before = [writer.counted for writer in self._writers]

        async def all_have() -> bool:
            self._raise()
            return all(writer.counted > count for writer, count in zip(self._writers, before, strict=True))

        await until(all_have, seconds)

    async def until_refused(self, code: str = "SERVICE_UNAVAILABLE") -> None:
        """Returns when one more request has been answered with this problem."""
        before = self.refusals[code]

        async def refused() -> bool:
            return self.refusals[code] > before

        await until(refused, PATIENCE_SECONDS)

    async def check(self, *, counted: bool = True) -> None:
        """Lets all of them end, then reads: what was acknowledged is there, once, and nothing else, and is counted."""
        for writer in self._writers:
            writer.is_ending = True
        await asyncio.gather(*self._tasks)
        client = self._writers[0].client
        listed = [account async for account in _accounts(client)]
        assert len(listed) == len({account["username"] for account in listed}), "nothing is doubled"
        acknowledged: dict[str, str] = {}
        for writer in self._writers:
            acknowledged |= writer.created
            (first,) = (account for account in listed if account["username"] == f"{writer.name}.0")
            assert first["metadata"]["count"] == writer.counted
        assert {account["username"]: account["id"] for account in listed} == acknowledged, "nothing is lost"
        overview = (await client.get("/v2/overview")).json()["data"]
        assert overview["current"]["active_accounts"] == len(listed) or not counted

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        for writer in self._writers:
            await writer.client.aclose()

    def _raise(self) -> None:
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()


async def _accounts(client: httpx.AsyncClient) -> AsyncIterator[dict[str, Any]]:
    cursor: dict[str, str] | None = {}
    while cursor is not None:
        answer = await client.get("/v2/accounts", params={"limit": "200", **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        for account in page["data"]:
            yield account
        following = page["pagination"]["next_cursor"]
        cursor = {"cursor": following} if following else None


@asynccontextmanager
async def writing(url: str, key: str, size: int = 4) -> AsyncIterator[Crowd]:
    """A crowd at work, of which each member has written something already."""
    crowd = Crowd(url, key, size).start()
    try:
        await crowd.progress(PATIENCE_SECONDS)
        yield crowd
    finally:
        await crowd.close()
