# What there is on the heap, and how much was collected.
p ObjectSpace.each_object(Class).count, ObjectSpace.each_object(Module).count, ObjectSpace.each_object(IO).map(&:inspect).sort
p GC.count, GC.stat[:major_gc_count], ObjectSpace.each_object(Thread).count
p ObjectSpace.count_objects.slice(:T_CLASS, :T_MODULE, :T_FILE, :T_REGEXP, :T_BIGNUM)
p Object.new.object_id, "x".object_id, nil.object_id, :a.object_id == :a.object_id
p RubyVM.stat.slice(:class_serial).keys, Thread.list.size, ThreadGroup.list.size, Fiber.current.class
GC.start
GC.compact
p ObjectSpace.garbage_collect
