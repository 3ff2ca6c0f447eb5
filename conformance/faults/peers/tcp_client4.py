"""tcp-client4, or by --fault a wrong one."""
import socket

import tcp_client


def family_of(fault):
    return 0 if fault == "any-family" else socket.AF_INET


tcp_client.main("[--connect-timeout TIME] [--keepalive] HOST:PORT", {}, family_of)
