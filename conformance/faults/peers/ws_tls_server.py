"""TLS for a server among the peers, correct or by a fault wrong in one way."""
import os
import socket
import ssl

import ws_tls


def server_context(certificate, key, fault):
    """Raises OSError when the files do not fit."""
    made = ws_tls.context(ssl.PROTOCOL_TLS_SERVER, fault)
    made.num_tickets = 0
    try:
        made.load_cert_chain(certificate, key)
    except OSError:
        if fault != "starts-without-certificate":
            raise

    def named(_, name, __):
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME if name not in (None, "localhost") else None
    if fault == "knows-one-name":
        made.sni_callback = named
    return made


def accept(made, connection, fault):
    """The connection under TLS."""
    if fault == "serves-plain" and connection.recv(1, socket.MSG_PEEK) == b"G":
        return connection
    try:
        return made.wrap_socket(connection, server_side=True, suppress_ragged_eofs=False)
    except ssl.SSLError:
        if fault == "dies-by-tls-garbage":
            os._exit(1)
        raise
