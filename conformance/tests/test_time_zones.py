"""Programs that say what time it is, in other time zones than the machine's."""
import sys

import pytest

import sockspec

ZONES = {"no zone": "UTC0", "five hours and three quarters ahead": "XXX-5:45", "nine and a half behind": "YYY9:30"}
CASES = ["daytime-iterative/greeting/text", "daytime-iterative/greeting/clock", "udp-daytime-server/answers/daytime",
         "tcp-time-server/lines/one"]
LOCAL_TIME_AS_UTC = """
import socket, sys, time
listener = socket.create_server(("", int(sys.argv[1])))
while True:
    client = listener.accept()[0]
    client.sendall(time.strftime("%Y-%m-%d %H:%M:%S +0000 UTC").encode())
    client.close()
"""


@pytest.mark.parametrize("zone", ZONES)
def test_the_reference_says_its_offset_from_utc(zone):
    outcome = sockspec.run("run", "--strict", *CASES, env={**sockspec.environment(), "TZ": ZONES[zone]})
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize("zone, status", [("no zone", 0), ("nine and a half behind", 1)])
def test_local_time_that_is_called_utc_is_caught(zone, status):
    command = [sys.executable, "-c", LOCAL_TIME_AS_UTC, "{port}"]
    outcome = sockspec.run("run", CASES[0], "--", *command, env={**sockspec.environment(), "TZ": ZONES[zone]})
    assert outcome.returncode == status, outcome.stdout
