"""Children are not the gate's business."""
import os
import subprocess
import sys

PROGRAM = """
import os, sys
maps = open('/proc/self/maps').read()
print(sys.argv, 'gate' in maps, os.environ.get('LD_PRELOAD'), os.environ.get('MILLRACE_GATE'), sorted(os.environ))
print(sorted(os.listdir('/proc/self/fd')), os.getppid(), open('/proc/self/comm').read(), os.readlink('/proc/self/exe'))
"""
print(subprocess.run([sys.executable, "-c", PROGRAM, "argument"], capture_output=True, text=True))
print(subprocess.run([sys.executable, "main.py.other"], capture_output=True, text=True))
print(subprocess.run("cat; echo $0 $# $PPID; grep -c gate /proc/self/maps", shell=True, text=True, stdout=subprocess.PIPE))
print(subprocess.run(["/bin/bash", "-c", "ulimit -a; trap; trap -p; umask"], capture_output=True, text=True).stdout)
print(os.system("exit 3"), os.popen("echo popen").read(), subprocess.getstatusoutput("kill -9 $$"))
