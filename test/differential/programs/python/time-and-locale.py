import datetime
import locale
import os
import time

print(locale.getlocale(), locale.getpreferredencoding(), locale.getencoding(), locale.setlocale(locale.LC_ALL, None))
print(locale.setlocale(locale.LC_ALL, ""), locale.localeconv()["decimal_point"], "é".upper(), "ß".casefold())
print(time.tzname, time.timezone, time.daylight, time.localtime(0), datetime.datetime.fromtimestamp(0).astimezone())
os.environ["TZ"] = "America/New_York"
time.tzset()
print(time.tzname, time.strftime("%c %Z", time.localtime(0)))
