// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weights_converter/zip/reader.h"

namespace fxe {

// The central directory of a zip archive (APPNOTE.TXT 4.3.12 to 4.3.16, 4.5.3).
ZipReader::Entries read_zip_directory(Bytes file);

}  // namespace fxe
