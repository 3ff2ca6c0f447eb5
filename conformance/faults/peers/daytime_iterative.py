"""daytime-iterative, or by --fault a wrong one."""
import common
import serving

arguments = common.Arguments("[--host ADDRESS] PORT", {"--host": str}, 1)
fault = arguments.fault
TEXTS = {
    "hour-off": lambda: serving.daytime(3600),
    "newline": lambda: serving.daytime() + b"\n",
    "no-zone": lambda: serving.daytime().rpartition(b" ")[0],
    "nothing": lambda: b"",
    "time-of-start": lambda: started,
}


def serve(connection, number):
    if fault == "asks-first":
        connection.recv(1)
    if fault == "dies-on-second" and number == 1:
        raise SystemExit(1)
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
        serving.finish(connection, 0.05)
    if fault == "leaks":
        kept.append(open("/dev/null", "rb"))  # pylint: disable=consider-using-with


kept = []
started = serving.daytime()
server = serving.listener(arguments)
common.end_on_signals()
for order, client in enumerate(serving.clients(server)):
    serve(client, order)
