# -*- coding: iso-8859-15 -*-
print(ascii("é€"), len("é"))
