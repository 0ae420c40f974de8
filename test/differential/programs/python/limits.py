import os
import resource

for name in sorted(name for name in dir(resource) if name.startswith("RLIMIT_")):
    print(name, resource.getrlimit(getattr(resource, name)))
print(os.sysconf("SC_ARG_MAX"), os.sysconf("SC_OPEN_MAX"), os.sysconf("SC_CHILD_MAX"), os.cpu_count())
descriptors = []
try:
    while True:
        descriptors.append(os.dup(0))
except OSError as error:
    print(len(descriptors), descriptors[0], descriptors[-1], error)
for descriptor in descriptors:
    os.close(descriptor)
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))
except ValueError as error:
    print(error)
with open("large", "wb") as file:
    try:
        while True:
            file.write(bytes(1 << 20))
    except OSError as error:
        print(error, os.path.getsize("large"))
