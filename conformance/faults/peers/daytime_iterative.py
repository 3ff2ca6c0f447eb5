"""daytime-iterative, or by --fault a wrong one."""
import common

arguments = common.Arguments("[--host ADDRESS] PORT", {"--host": str}, 1)
fault = arguments.fault
TEXTS = {
    "hour-off": lambda: common.daytime(3600),
    "newline": lambda: common.daytime() + b"\n",
    "no-zone": lambda: common.daytime().rpartition(b" ")[0],
    "nothing": lambda: b"",
    "time-of-start": lambda: started,
}


def serve(connection, number):
    if fault == "asks-first":
        connection.recv(1)
    if fault == "dies-on-second" and number == 1:
        raise SystemExit(1)
    try:
        connection.sendall(TEXTS.get(fault, common.daytime)())
    except OSError:
        pass
    if fault == "never-closes":
        kept.append(connection)
    elif fault == "plain-close":
        connection.close()
    elif fault == "reset":
        common.reset(connection)
    else:
        common.finish(connection, 0.05)
    if fault == "leaks":
        kept.append(open("/dev/null", "rb"))  # pylint: disable=consider-using-with


kept = []
started = common.daytime()
server = common.listener(arguments)
common.end_on_signals()
for order, client in enumerate(common.clients(server)):
    serve(client, order)
