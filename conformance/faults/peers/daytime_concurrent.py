"""daytime-concurrent, or by --fault a wrong one."""
import time

import common
import serving

arguments = common.Arguments("[--host ADDRESS] PORT", {"--host": str}, 1)
fault = arguments.fault
started = serving.daytime()

TEXTS = {
    "hour-off": lambda: serving.daytime(3600),
    "wrong-zone": lambda: serving.daytime(0, "+0200 CEST"),
    "local-as-utc": lambda: serving.daytime(7200, "+0000 UTC"),
    "newline": lambda: serving.daytime() + b"\n",
    "no-zone": lambda: serving.daytime().rpartition(b" ")[0],
    "time-of-start": lambda: started,
    "nothing": lambda: b"",
}


def serve(connection):
    if fault == "asks-first":
        connection.recv(1)
    try:
        connection.sendall(TEXTS.get(fault, serving.daytime)())
    except OSError:
        pass
    if fault == "never-closes":
        kept.append(connection)
    elif fault == "plain-close":
        connection.close()
    elif fault == "reset":
        serving.reset(connection)
    else:
        serving.finish(connection)


kept = []
server = serving.listener(arguments)
common.end_on_signals()
for number, client in enumerate(serving.clients(server)):
    if fault == "dies-on-second" and number == 1:
        raise SystemExit(1)
    if fault == "leaks":
        kept.append(client.dup())
    if fault == "iterative":
        serve(client)
    else:
        serving.on_a_thread(serve, client)
    if fault == "one-client-only":
        time.sleep(3600)
