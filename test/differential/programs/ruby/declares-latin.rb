# -*- coding: iso-8859-1 -*-
p __ENCODING__, "é".encoding, "é".valid_encoding?, "é".encode("utf-8")
