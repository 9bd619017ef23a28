/* The contract's cases on Linux. */
#include "contract.h"

int
main(void)
{
	int error;

	error = contract_start();
	return error != 0 ? error : contract_run("linux");
}
