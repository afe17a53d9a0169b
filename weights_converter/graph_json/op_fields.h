// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "layers/op.h"

// The fields of every operation by name, shared by writing and reading: `visit(name, field)`.
namespace fxe {

template <class V, class T>
void op_fields(V&, T&) requires std::is_empty_v<std::remove_const_t<T>> {}

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, Input>
void op_fields(V& visit, T& o) { visit("c", o.c), visit("h", o.h), visit("w", o.w); }

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, Conv2d>
void op_fields(V& visit, T& o) {
  visit("k", o.k), visit("filter", o.filter), visit("stride", o.stride), visit("pad", o.pad);
  visit("dilation", o.dilation), visit("groups", o.groups), visit("weight", o.weight), visit("bias", o.bias);
  visit("add_residual", o.add_residual), visit("act", o.act);
}

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, BatchNorm>
void op_fields(V& visit, T& o) {
  visit("scale", o.scale), visit("shift", o.shift), visit("mean", o.mean), visit("variance", o.variance);
  visit("epsilon", o.epsilon);
}

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, Scale>
void op_fields(V& visit, T& o) { visit("scale", o.scale), visit("shift", o.shift), visit("act", o.act); }

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, LayerNorm>
void op_fields(V& visit, T& o) {
  visit("scale", o.scale), visit("shift", o.shift), visit("epsilon", o.epsilon);
}

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, Pool2d>
void op_fields(V& visit, T& o) {
  visit("kind", o.kind), visit("filter", o.filter), visit("stride", o.stride), visit("pad", o.pad);
  visit("ceil_mode", o.ceil_mode), visit("count_padding", o.count_padding);
}

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, Linear>
void op_fields(V& visit, T& o) {
  visit("k", o.k), visit("weight", o.weight), visit("bias", o.bias), visit("act", o.act);
}

template <class V, class T>
requires(std::is_same_v<std::remove_const_t<T>, Activate> ||
         std::is_same_v<std::remove_const_t<T>, Add>) void op_fields(V& visit, T& o) {
  visit("act", o.act);
}

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, PRelu>
void op_fields(V& visit, T& o) { visit("slope", o.slope); }

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, ChannelShuffle>
void op_fields(V& visit, T& o) { visit("groups", o.groups); }

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, ChannelSlice>
void op_fields(V& visit, T& o) { visit("first", o.first), visit("count", o.count); }

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, ZeroPad>
void op_fields(V& visit, T& o) { visit("pad", o.pad); }

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, Lrn>
void op_fields(V& visit, T& o) {
  visit("size", o.size), visit("alpha", o.alpha), visit("beta", o.beta), visit("k", o.k);
}

template <class V, class T>
requires std::is_same_v<std::remove_const_t<T>, ShortcutPad>
void op_fields(V& visit, T& o) {
  visit("stride", o.stride), visit("before", o.before), visit("after", o.after);
}

}  // namespace fxe
