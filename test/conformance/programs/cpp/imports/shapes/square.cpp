#include "square.hpp"

int shapes::area(int side) {
  return side * side;
}
