return { where = function() return debug.getinfo(1).source, debug.getinfo(2).currentline end }
