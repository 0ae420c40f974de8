import json
import os
import sys

import helper
from pack import deep

print(helper.WHERE, deep.WHERE, helper.caller(), sys.path[0], sorted(os.listdir(".")), sorted(os.listdir("pack")))
print(helper.__spec__.origin, helper.__cached__, deep.__package__, json.load(open("data.json")))
deep.fail()
