"""The modules signal and socket as the interpreter has them: the enumerations around them take half of a client's start."""
import _signal as signal
import _socket as socket

__all__ = ["signal", "socket"]
