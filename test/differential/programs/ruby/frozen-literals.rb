# frozen_string_literal: true
# warn_indent: true
p "a".frozen?, "a".equal?("a")
if true
 p 1
  end
