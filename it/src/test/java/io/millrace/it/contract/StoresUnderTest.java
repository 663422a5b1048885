package io.millrace.it.contract;

import java.util.Optional;

/**
 * Where the servers under test are, as connection strings. Found with {@link java.util.ServiceLoader}, unless system
 * properties name them ({@code millrace.contract.plain} and so on), as the runnable jar's arguments do.
 */
public interface StoresUnderTest {
    /** The server that plays this part; empty where there is none, and its tests are skipped. */
    Optional<String> connectionString(Role role);

    /** What a server must be for some of the tests. */
    enum Role {
        /** Lets everybody in, or the user of its connection string; all tests but a few need only this one. */
        PLAIN,
        /** Asks for the password of the user {@code admin} of its connection string, and speaks TLS. */
        SECURED,
        /** Is not the leader, and says where that is. */
        FOLLOWER,
        /** Takes appends of 16 MiB. */
        LARGE_APPENDS
    }
}
