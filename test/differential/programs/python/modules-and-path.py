import sys

print(list(sys.modules))
print(sys.path)
print([(path, str(finder)) for path, finder in sys.path_importer_cache.items()])
print([getattr(hook, "__qualname__", hook) for hook in sys.path_hooks + sys.meta_path])
for name in ("executable", "prefix", "exec_prefix", "base_prefix", "base_exec_prefix", "platlibdir", "pycache_prefix"):
    print(name, getattr(sys, name))
