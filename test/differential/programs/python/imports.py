import importlib
import sys

NAMES = """
abc argparse array ast asyncio base64 bisect bz2 calendar cmath codecs collections concurrent.futures configparser contextlib
copy csv ctypes curses dataclasses datetime dbm decimal difflib dis email enum fcntl fractions functools getpass glob
graphlib gzip hashlib heapq hmac html http.client inspect ipaddress itertools json linecache logging lzma mailbox mimetypes mmap
operator optparse os pathlib platform plistlib pprint pty pwd queue quopri random re readline resource sched secrets select
selectors shelve shlex shutil signal site smtplib socket sqlite3 ssl statistics string struct subprocess symtable sysconfig
tarfile tempfile termios textwrap threading time timeit token tokenize tomllib traceback tracemalloc types typing unicodedata
unittest urllib.request uuid venv wave weakref wsgiref xml.etree.ElementTree xmlrpc.client zipfile zlib zoneinfo
""".split()
for name in NAMES:
    try:
        module = importlib.import_module(name)
        print(name, getattr(module, "__file__", "built in"), getattr(module, "__cached__", None))
    except ImportError as error:
        print(name, error)
print(len(sys.modules), sys.path)
