import os
import resource

print(resource.getrlimit(resource.RLIMIT_CORE), os.listdir("."), flush=True)
os.abort()
