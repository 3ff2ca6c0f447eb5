"""Programs that do nothing pass nothing: no case of level MUST is satisfied by a peer that hangs up, stays silent,
echoes raw bytes, or prints nothing and exits 0."""
import sys

import pytest

import sockspec

NULL = sockspec.TESTS / "peers" / "null.py"
TCP_SERVERS = ["daytime-iterative", "daytime-concurrent", "daytime-session", "ws-echo-server"]
ROWS = [
    *[(program, kind) for program in TCP_SERVERS for kind in ("hangs-up", "silent", "echoes")],
    ("ws-echo-server", "upgrades-and-hangs-up"),
    ("udp-daytime-server", "udp-silent"),
    ("udp-daytime-server", "udp-echoes"),
    ("ip-parse", "says-nothing"),
    ("tcp-head", "says-nothing"),
    ("udp-daytime-client", "says-nothing"),
]


@pytest.mark.parametrize("program, kind", ROWS)
def test_a_program_that_does_nothing_passes_nothing(program, kind):
    command = [sys.executable, "-S", NULL, kind, *sockspec.ROLE_PLACEHOLDER.get(program, ["{port}"])]
    outcome = sockspec.judge([program], command, "--level", "MUST", "--time-scale", "0.05", "--skip-slow",
                             "--keep-going")
    assert outcome.counts, outcome.stderr
    assert outcome.with_verdict("pass", "nonstrict", "info") == set()
    assert outcome.status == 1
