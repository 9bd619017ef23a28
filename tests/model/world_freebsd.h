/* What the FreeBSD world has beyond any other. */
#ifndef MODEL_WORLD_FREEBSD_H
#define MODEL_WORLD_FREEBSD_H

#include "freebsd/model/fbmodel.h"
#include "world.h"

struct fbm_host *world_fbm(struct world *w);

#endif
