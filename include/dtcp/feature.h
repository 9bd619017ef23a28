/* What the descriptors of a user-space tunnel can do.  Data. */
#ifndef DTCP_FEATURE_H
#define DTCP_FEATURE_H

enum user_feature {
	/*
	 * The tun device has a virtio header of 10 octets, little-endian, in
	 * front of each packet, and takes and gives large TCP segments and
	 * unfinished checksums.
	 */
	USER_VNET = 1 << 0,
	USER_GSO = 1 << 1, /* UDP_SEGMENT works on the outer socket */
	USER_GRO = 1 << 2, /* it may give several datagrams as one: UDP_GRO */
};

#endif
