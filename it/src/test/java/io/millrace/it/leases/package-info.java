/** Several programs on one database: real processes that die, freeze and are cut off. */
@NullMarked
package io.millrace.it.leases;

import org.jspecify.annotations.NullMarked;
