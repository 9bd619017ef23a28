#include "dtcp/err.h"
