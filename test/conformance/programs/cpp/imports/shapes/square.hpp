#pragma once

namespace shapes {
int area(int side);
}
