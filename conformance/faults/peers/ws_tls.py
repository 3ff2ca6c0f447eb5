"""TLS for the peers: what their servers and clients share."""
import socket
import ssl


def was_cut(error):
    """Whether the stream ended without close_notify."""
    return "UNEXPECTED_EOF" in str(error)


def context(side, fault):
    made = ssl.SSLContext(side)
    made.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF  # by which a cut stream looks whole
    if fault == "only-tls-1-2":
        made.maximum_version = ssl.TLSVersion.TLSv1_2
    if fault == "only-tls-1-3":
        made.minimum_version = ssl.TLSVersion.TLSv1_3
    return made


def end(connection, fault):
    """Ends TLS; the socket below it."""
    plain = socket.socket(fileno=connection.detach()) if fault == "no-close-notify" else None
    if plain:
        return plain
    try:
        connection.settimeout(1)
        return connection.unwrap()
    except (OSError, ValueError):
        return connection
