/* Angles. */
#ifndef LENET5_BASE_ANGLE_H
#define LENET5_BASE_ANGLE_H

#define TURN 6.2831853f /* radians in a whole turn */

#endif
