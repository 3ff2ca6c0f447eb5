"""TLS for a client among the peers, correct or by a fault wrong in one way."""
import ssl
import subprocess
import tempfile

import ws_tls

NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL
# Faults that judge the certificate themselves, behind the handshake.
JUDGES = ("any-purpose", "takes-self-signed", "any-authority-of-that-name", "asks-for-no-name", "asks-for-addresses")


def verify(certificate, host, authorities, fault):
    """What `openssl verify` says of a certificate, in the way of the fault."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as leaf, tempfile.NamedTemporaryFile("w") as trusted:
        leaf.write(certificate)
        leaf.flush()

        def told(*words):
            return subprocess.run(["openssl", *words], check=False, text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)

        def name_of(what, path):
            return told("x509", "-noout", f"-{what}", "-in", path).stdout.partition("=")[2]
        issuer = name_of("issuer", leaf.name)
        if fault == "any-authority-of-that-name" and issuer == name_of("subject", authorities):
            return
        with open(authorities, encoding="utf-8") as file:
            trusted.write(file.read())
        if fault == "takes-self-signed" and issuer == name_of("subject", leaf.name):
            trusted.write(certificate)
        trusted.flush()
        kind = "-verify_ip" if host[:1].isdigit() or ":" in host else "-verify_hostname"
        purpose = [] if fault == "any-purpose" else ["-purpose", "sslserver"]
        if told("verify", "-CAfile", trusted.name, *purpose, kind, host, leaf.name).returncode != 0:
            raise OSError("the certificate does not verify")


def client_context(options, fault):
    made = ws_tls.context(ssl.PROTOCOL_TLS_CLIENT, fault)
    if fault == "system-alone":
        made.load_default_certs()
    elif "--ca" in options:
        try:
            made.load_verify_locations(options["--ca"])
        except OSError:
            if fault != "any-ca-file":
                raise
    else:
        made.load_default_certs()
    if fault == "any-name":
        made.check_hostname = False
    if fault == "any-date":
        made.verify_flags |= NO_CHECK_TIME
    insecure = "--insecure" in options and fault != "always-secure"
    if insecure or fault == "any-certificate" or fault in JUDGES:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def connect(connection, host, options, fault):
    """The connection under TLS."""
    name = None if fault == "asks-for-no-name" else host
    if fault == "asks-for-addresses" and host[:1].isdigit():
        name = host + "."
    secure = client_context(options, fault).wrap_socket(connection, server_hostname=name, suppress_ragged_eofs=False)
    if fault in JUDGES and "--insecure" not in options:
        verify(ssl.DER_cert_to_PEM_cert(secure.getpeercert(True)), host, options.get("--ca", "/dev/null"), fault)
    return secure
