import os
import random
import secrets
import tempfile
import uuid

print(random.random(), random.randrange(1 << 60), random.SystemRandom().random())
print(os.urandom(16).hex(), os.getrandom(16).hex(), open("/dev/urandom", "rb").read(16).hex(), open("/dev/random", "rb").read(16).hex())
print(uuid.uuid4(), uuid.uuid1(), secrets.token_hex())
print(tempfile.mktemp(), tempfile.mkdtemp(), "".join(random.sample("abcdefghijklmnopqrstuvwxyz", 26)))
