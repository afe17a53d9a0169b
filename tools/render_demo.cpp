// SPDX-License-Identifier: Apache-2.0
// Renders the demo's labelled images: a folder per class, or one raw file for the trainer.
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>

#include <cstdio>
#include <cxxopts.hpp>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tools/demo_scene.h"

namespace fxe {

namespace {

namespace fs = std::filesystem;

struct Job {
  fs::path out, raw;
  uint64_t count, seed;
  double difficulty;
};

[[noreturn]] void answer(const std::string& text) {
  std::cout << text;
  std::exit(0);
}

std::string class_lines() {
  std::string lines;
  for (const auto name : kDemoClasses) lines.append(name).append("\n");
  return lines;
}

Job read_arguments(int argc, char** argv) {
  cxxopts::Options options("render_demo", "Renders 32 x 32 images of ten shapes, the same on every machine.");
  options.positional_help("OUT_DIR");
  auto add = options.add_options();
  add("out", "folder: <class>/<index>.png", cxxopts::value<std::string>());
  add("raw", "or a file: all pixels (N x 32 x 32 x RGB bytes), then all labels (N bytes)",
      cxxopts::value<std::string>());
  add("count", "images", cxxopts::value<uint64_t>()->default_value("3000"));
  add("seed", "which data set", cxxopts::value<uint64_t>()->default_value("1"));
  add("difficulty", "0 to 2", cxxopts::value<double>()->default_value("1"));
  add("classes", "prints the class names in class order");
  add("help", "prints this");
  options.parse_positional({"out"});
  const auto args = options.parse(argc, argv);
  if (args.count("help")) answer(options.help());
  if (args.count("classes")) answer(class_lines());
  Job job{.count = args["count"].as<uint64_t>(),
          .seed = args["seed"].as<uint64_t>(),
          .difficulty = args["difficulty"].as<double>()};
  if (args.count("out")) job.out = args["out"].as<std::string>();
  if (args.count("raw")) job.raw = args["raw"].as<std::string>();
  if (job.out.empty() == job.raw.empty())
    throw std::invalid_argument("expected a folder to write to, or --raw FILE; see --help");
  if (job.count < 1 || job.count > 1000000)
    throw std::invalid_argument("--count: expected 1 to 1000000, found " + std::to_string(job.count));
  if (!(job.difficulty >= 0 && job.difficulty <= 2))
    throw std::invalid_argument("--difficulty: expected 0 to 2, found " + std::to_string(job.difficulty));
  return job;
}

// The base class of cxxopts' exceptions has another name in every version.
Job parse_job(int argc, char** argv) try {
  return read_arguments(argc, argv);
} catch (const std::exception& e) {
  throw std::invalid_argument(e.what());
}

void write_folder(const Job& job) {
  for (const auto name : kDemoClasses) fs::create_directories(job.out / name);
  for (uint64_t i = 0; i < job.count; ++i) {
    const DemoImage image = render_demo_image(job.seed, i, job.difficulty);
    std::string number = std::to_string(i);
    number.insert(0, number.size() < 5 ? 5 - number.size() : 0, '0');
    const fs::path path = job.out / kDemoClasses[static_cast<size_t>(image.label)] / (number + ".png");
    if (!stbi_write_png(path.c_str(), kDemoSide, kDemoSide, 3, image.pixels.data(), 3 * kDemoSide))
      throw std::runtime_error("cannot write " + path.string());
  }
}

void write_raw(const Job& job) {
  std::vector<char> labels;
  std::ofstream file(job.raw, std::ios::binary);
  for (uint64_t i = 0; i < job.count; ++i) {
    const DemoImage image = render_demo_image(job.seed, i, job.difficulty);
    file.write(reinterpret_cast<const char*>(image.pixels.data()),
               static_cast<std::streamsize>(image.pixels.size()));
    labels.push_back(static_cast<char>(image.label));
  }
  file.write(labels.data(), static_cast<std::streamsize>(labels.size()));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + job.raw.string());
}

void run(const Job& job) {
  if (job.raw.empty())
    write_folder(job);
  else
    write_raw(job);
  std::printf("%llu images of %zu classes, seed %llu, difficulty %g: %s\n",
              static_cast<unsigned long long>(job.count), kDemoClasses.size(),
              static_cast<unsigned long long>(job.seed), job.difficulty,
              (job.raw.empty() ? job.out : job.raw).c_str());
}

}  // namespace

}  // namespace fxe

int main(int argc, char** argv) {
  try {
    fxe::run(fxe::parse_job(argc, argv));
    return 0;
  } catch (const std::invalid_argument& e) {
    std::cerr << "render_demo: " << e.what() << '\n';
    return 2;
  } catch (const std::exception& e) {
    std::cerr << "render_demo: " << e.what() << '\n';
    return 1;
  }
}
