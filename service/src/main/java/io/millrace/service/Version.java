package io.millrace.service;

import picocli.CommandLine.IVersionProvider;

/** Which version this is, as its jar says. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"millrace " + (version == null ? "(from sources)" : version)};
    }
}
