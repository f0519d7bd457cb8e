#!/usr/bin/python3
"""Reads and presses the window of another program as a screen reader does, by AT-SPI.

tree                 prints each node as one line of JSON: role, name, text
press ROLE NAME      does the action of the one node with this role and name
focus ROLE NAME      gives it the keyboard
close WINDOW         asks an X window to close, as the button of its frame does
"""

import ctypes
import json
import sys
import warnings

# the names of the bindings differ from release to release; the old ones are there in each
warnings.simplefilter("ignore")


def nodes(node):
    yield node
    for n in range(node.get_child_count()):
        child = node.get_child_at_index(n)
        # a node may go while the tree is read
        if child is not None:
            yield from nodes(child)


def window():
    import gi

    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi

    desktop = Atspi.get_desktop(0)
    for n in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(n)
        if application is not None and application.get_name() == "solidgreen":
            yield from nodes(application)


def text_of(node):
    text = node.get_text_iface()
    return text.get_text(0, -1) if text else ""


def the_one(role, name):
    found = [n for n in window() if n.get_role_name() == role and n.get_name() == name]
    if len(found) != 1:
        sys.exit(f"{len(found)} nodes are a {role} named {name!r}")
    return found[0]


def close(window_id):
    """Sends WM_DELETE_WINDOW."""

    class ClientMessage(ctypes.Structure):
        _fields_ = [
            ("type", ctypes.c_int),
            ("serial", ctypes.c_ulong),
            ("send_event", ctypes.c_int),
            ("display", ctypes.c_void_p),
            ("window", ctypes.c_ulong),
            ("message_type", ctypes.c_ulong),
            ("format", ctypes.c_int),
            ("data", ctypes.c_long * 5),
            # an XEvent is 24 long, and the library reads all of it
            ("rest", ctypes.c_long * 24),
        ]

    x = ctypes.CDLL("libX11.so.6")
    x.XOpenDisplay.restype = ctypes.c_void_p
    x.XInternAtom.restype = ctypes.c_ulong
    x.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    x.XSendEvent.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
    x.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]
    display = x.XOpenDisplay(None)
    if not display:
        sys.exit("no display")
    atom = lambda name: x.XInternAtom(display, name, 0)
    message = ClientMessage(type=33, window=window_id, message_type=atom(b"WM_PROTOCOLS"), format=32)
    message.data[0] = atom(b"WM_DELETE_WINDOW")
    x.XSendEvent(display, window_id, 0, 0, ctypes.byref(message))
    x.XSync(display, 0)


def main(what, *rest):
    if what == "tree":
        for node in window():
            print(json.dumps({"role": node.get_role_name(), "name": node.get_name() or "", "text": text_of(node)}))
    elif what == "press":
        if not the_one(*rest).get_action_iface().do_action(0):
            sys.exit(f"{rest} cannot be pressed")
    elif what == "focus":
        if not the_one(*rest).get_component_iface().grab_focus():
            sys.exit(f"{rest} does not take the keyboard")
    elif what == "close":
        close(int(rest[0]))
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
